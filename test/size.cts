/**
 * How much a test tries: a fixed little in `npm test`, much in `npm run test:deep`, which runs exactly the files that import this one.
 */
export const deep = process.env['DEEP'] === '1';

export const size = (small: number, large: number): number => (deep ? large : small);

/** Every nth of a list, the first included; in deep all of it. */
export const some = <T,>(list: readonly T[], nth: number): T[] => list.filter((_one, index) => deep || index % nth === 0);
