/** After everything, under Jest. */
export default () => globalThis.stopPostgres();
