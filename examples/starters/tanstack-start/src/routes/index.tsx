import { createFileRoute } from '@tanstack/react-router';
import { Orders } from '../orders.tsx';

export const Route = createFileRoute('/')({ component: Orders });
