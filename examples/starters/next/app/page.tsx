import { Orders } from './orders.tsx';

export default function Page() {
  return <Orders />;
}
