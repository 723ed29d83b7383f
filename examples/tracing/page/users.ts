/** The users who check out, with the class that gives each a color. */
export const users = [
  { className: 'user-1', title: 'User 1' },
  { className: 'user-2', title: 'User 2' },
] as const;
