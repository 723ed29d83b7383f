import 'reflect-metadata';
import { ApolloDriver } from '@nestjs/apollo';
import { type MiddlewareConsumer, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Field, GraphQLModule, ObjectType, Query, Resolver } from '@nestjs/graphql';
import { ClsModule, ClsServiceManager } from 'nestjs-cls';
import { readFlow, runWith } from './flow.js';

const cls = ClsServiceManager.getClsService();
const read = (part: string) => readFlow(part, cls.getId(), () => cls.getId());

@ObjectType()
class Order {
  @Field(() => String)
  readonly total: string = '';
}

@Resolver(() => Order)
class OrderResolver {
  @Query(() => String)
  flow() {
    return read('query');
  }

  /** GraphQL waits for the field. */
  @Query(() => [Order])
  orders() {
    return ['first', 'second'].map((part) => ({ total: read(part) }));
  }
}

@Module({
  imports: [
    ClsModule.forRoot({
      global: true,
      middleware: { mount: true, generateId: true, idGenerator: (request: Request) => request.headers['x-request-id'] },
    }),
    GraphQLModule.forRoot({ driver: ApolloDriver, autoSchemaFile: true }),
  ],
  providers: [OrderResolver],
})
class AppModule {
  configure(consumer: MiddlewareConsumer) {
    consumer
      .apply((request: { headers: Record<string, string> }, _response: unknown, next: () => void) =>
        runWith(request.headers['x-request-id'], next),
      )
      .forRoutes('{*path}');
  }
}

void NestFactory.create(AppModule, { logger: ['error'] }).then((app) =>
  app.listen(Number(process.env.PORT), '127.0.0.1'),
);
