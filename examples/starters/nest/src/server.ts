import 'reflect-metadata';
import {
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  Header,
  Module,
  Query,
  UseGuards,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { getRequestScope } from '@throughline/request';
import { RequestScopeModule } from '@throughline/request/nest';
import { OrderService } from './order-service.ts';

/** Determines the user, as a guard of an application would. */
class UserGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    getRequestScope().user = context.switchToHttp().getRequest().query.user ?? 'guest';
    return true;
  }
}

@Controller()
@UseGuards(UserGuard)
class OrderController {
  constructor(private readonly orders: OrderService) {}

  @Get('order')
  @Header('content-type', 'text/plain; charset=utf-8')
  order(@Query('item') item = 'book'): Promise<string> {
    return this.orders.order(item);
  }
}

@Module({
  imports: [RequestScopeModule.forRoot()],
  controllers: [OrderController],
  providers: [OrderService],
})
class AppModule {}

const app = await NestFactory.create(AppModule);
await app.listen(process.env.PORT ?? 3000);
console.log(`${await app.getUrl()}/order?user=Ada&item=book`);
