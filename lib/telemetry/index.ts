/** The door `programma/telemetry`: spans and numbers through OpenTelemetry's API. */
export { type OpenTelemetryOptions, openTelemetry } from './open-telemetry.js';
