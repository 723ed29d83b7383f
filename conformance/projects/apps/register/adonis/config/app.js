import { defineConfig } from '@adonisjs/core/http';

export const appKey = '0'.repeat(32);
export const http = defineConfig({ useAsyncLocalStorage: true });
