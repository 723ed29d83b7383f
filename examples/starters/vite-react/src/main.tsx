import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Orders } from './orders.tsx';

const root = document.querySelector('#root');
if (root === null) throw new Error('index.html has no element with the id "root".');
createRoot(root).render(
  <StrictMode>
    <Orders />
  </StrictMode>,
);
