import type { FastifyInstance, FastifyReply } from 'fastify';
import { SECOND } from '../clock.cts';
import { opaqueId } from '../random.cts';
import { ApiError } from '../simulator.cts';
import { clientOf, errorBody, type GreenhouseState } from './state.cts';

/** https://harvestdocs.greenhouse.io/docs/authentication: client credentials, the acting user as `sub`. */
export function registerToken(app: FastifyInstance, state: GreenhouseState): void {
	const { world } = state;
	let issued = 0;
	app.post('/token', async (request, reply: FastifyReply) => {
		const { clientId, clientSecret } = clientOf(world);
		const basic = /^Basic (.+)$/.exec(request.headers.authorization ?? '')?.[1];
		if (basic === undefined) throw new ApiError(401, { message: 'Unauthorized', errorId: opaqueId('greenhouse error', ++issued, 16) });
		const [id = '', secret = ''] = Buffer.from(basic, 'base64').toString('utf8').split(':');
		// The real one names the id that it could not read.
		if (!/^[A-Za-z0-9]{20,}$/.test(id)) throw new ApiError(400, { message: `Invalid client id: ${id}` });
		if (id !== clientId || secret !== clientSecret) throw new ApiError(401, { error: 'invalid_client' });
		const form = new URLSearchParams(Buffer.isBuffer(request.body) ? request.body.toString('utf8') : '');
		const unknown = [...form.keys()].filter((name) => name !== 'grant_type' && name !== 'sub');
		if (unknown.length > 0) state.tools.violation({ where: 'request', method: 'POST', path: '/token', operation: 'token', errors: [`unknown: ${unknown.join(', ')}`] });
		if (form.get('grant_type') !== 'client_credentials') throw new ApiError(400, { message: 'Unsupported grant type' });
		const sub = form.get('sub');
		const user = sub === null ? null : state.find('user', Number(sub));
		if (user === undefined) throw new ApiError(400, errorBody(400, 'The subject is not a user of this organization'));
		const token = ['eyJhbGciOiJSUzI1NiJ9', Buffer.from(JSON.stringify({ sub, n: ++issued })).toString('base64url'), opaqueId('greenhouse token', issued, 32)].join('.');
		const until = state.now() + state.settings.tokenLife;
		state.tokens.set(token, { until, userId: user?.id ?? null });
		const life = { expires_at: new Date(until).toISOString(), expires_in: Math.floor(state.settings.tokenLife / SECOND), expires: new Date(until).toISOString() }[state.settings.lifetimeAs];
		return await reply.send({ token_type: 'Bearer', access_token: token, [state.settings.lifetimeAs]: life });
	});
}
