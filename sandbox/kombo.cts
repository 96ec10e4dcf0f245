import type { Dialect } from './dialect.cts';
export const kombo = (): Dialect => ({ name: 'kombo', paths: { kombo: '/kombo/v1' }, register() {}, credentials: () => ({}), errorBody: (status, message) => ({ status: 'error', error: { code: null, title: null, message: message ?? String(status), log_url: null } }) });
