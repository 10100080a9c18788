/** What the app is made of. Programma comes last: it begins to work when all others are ready. */
import { Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { ProgrammaModule } from 'programma';
import { appConfig, programmaConfig } from './config.js';
import { OrdersModule } from './orders/orders.module.js';
import { PageModule } from './page/page.module.js';
import { ReportsModule } from './reports/reports.module.js';
import { SignUpsModule } from './sign-ups/sign-ups.module.js';

@Module({
  imports: [
    ConfigModule.forRoot({ isGlobal: true, load: [appConfig] }),
    SignUpsModule,
    OrdersModule,
    ReportsModule,
    PageModule,
    ProgrammaModule.forRootAsync(programmaConfig.asProvider()),
  ],
})
export class AppModule {}
