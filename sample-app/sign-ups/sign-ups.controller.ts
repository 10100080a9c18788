/** Where people sign up. */
import { Body, Controller, Post } from '@nestjs/common';
import { IsEmail } from 'class-validator';
import { SignUps } from './sign-ups.js';

class SignUp {
  @IsEmail()
  email!: string;
}

@Controller('sign-ups')
export class SignUpsController {
  constructor(private readonly signUps: SignUps) {}

  @Post()
  async add(@Body() { email }: SignUp): Promise<{ job: string }> {
    return { job: await this.signUps.signUp(email) };
  }
}
