/**
 * How much a test tries: a fixed little in `npm test`, much in `npm run test:deep`, which runs exactly the files that import this one.
 */
export const deep = process.env['DEEP'] === '1';

export const size = (small: number, large: number): number => (deep ? large : small);

/** Every nth of a list, the first included; in deep all of it. Operations stand provider by provider: take an odd n that is no multiple of 5. */
export const some = <T,>(list: readonly T[], nth: number): T[] => list.filter((_one, index) => deep || index % nth === 0);
