import { createContext } from 'react-router';

export const idContext = createContext();
