import { order, user } from './order.ts';

function show(line: string): void {
  const item = document.createElement('li');
  item.textContent = line;
  document.querySelector('ol')?.append(item);
}

function onClick(button: string, name: string, item: string): void {
  document.querySelector(button)?.addEventListener('click', () => user.run(name, () => order(item, show)));
}

onClick('#ada', 'Ada', 'book');
onClick('#bob', 'Bob', 'lamp');
