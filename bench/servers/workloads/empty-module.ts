/** What a process loads in place of `throughline/register`, in the reference figure of start-up.ts. */
export {};
