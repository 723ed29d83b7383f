/** The first module of a program that was not transformed: Throughline intercepts native `await`. */
import { install } from 'throughline/web';

install();
