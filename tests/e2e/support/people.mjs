// The people and numbers of the cases.  None of these numbers is anybody's.
export const A = '+12025550142';
export const B = '+493023125142';
export const C = '+442079460142';
export const STRANGER = '+12025550199';

export const V1 = '+12025550177';
export const V2 = '+493023125177';
export const V3 = '+12025550178';
export const V4 = '+442079460177';

/** The n-th of 900 more people in Berlin, and of 900 in London (n from 0). */
export const berliner = (n) => `+493023125${String(n).padStart(3, '0')}`;
export const londoner = (n) => `+442079460${String(n).padStart(3, '0')}`;
