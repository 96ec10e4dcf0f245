export * from './application';
export * from './candidate';
export * from './event';
export * from './job';
export * from './message';
export * from './parts';
export * from './values';
