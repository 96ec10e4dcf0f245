import { Guard, type Generation } from './chatkitty/guard.cts';
import { CursorLists } from './chatkitty/lists.cts';
import { registerPeople } from './chatkitty/people.cts';
import { Records } from './chatkitty/records.cts';
import { linkBase, routesOf } from './chatkitty/route.cts';
import { ChatKittyState } from './chatkitty/state.cts';
import { registerTalk } from './chatkitty/messages.cts';
import { errorBody } from './chatkitty/words.cts';
import { registerWorks } from './chatkitty/jobs.cts';
import type { Simulator, Request, Tools } from './simulator.cts';
import { opaqueId } from './random.cts';
import type { World } from './world.cts';

export interface ChatKittyParts {
	world: World;
	tools: Tools;
	state: ChatKittyState;
	records: Records;
	cursors: CursorLists;
}

/** ChatKitty's Platform API (https://chatkitty.com/docs/api) in both generations: candidates and colleagues are its users. */
export function chatkitty(): Simulator {
	return {
		name: 'chatkitty',
		paths: { chatkitty: '/chatkitty', chatkittyToken: '/chatkitty/oauth/token' },
		credentials: (world) => ({ environment: 'custom', apiVersion: 'current', clientId: `${opaqueId(`${world.seed}/chatkitty`, 1, 8)}-client`, clientSecret: `${opaqueId(`${world.seed}/chatkitty`, 2)}-secret` }),
		errorBody: (status, message) => errorBody(status, message),
		register(app, world, tools) {
			const state = new ChatKittyState(world, tools);
			// Links lead into the generation that asked.
			let generation: Generation = 'current';
			const records = new Records(world, state, () => tools.origin() + linkBase(generation));
			const parts: ChatKittyParts = { world, tools, state, records, cursors: new CursorLists(tools) };
			const route = routesOf(app, {
				state,
				tools,
				guard: new Guard(tools),
				enter: (asked) => {
					generation = asked;
				},
			});
			app.post('/oauth/token', async (request, reply) => await reply.send(state.giveToken(request.headers.authorization, await grantOf(request, tools))));
			registerPeople(route, parts);
			registerTalk(route, parts);
			registerWorks(route, parts);
		},
	};
}

/** Both forms of the documentation: multipart and urlencoded. */
async function grantOf(request: Request, tools: Tools): Promise<string | undefined> {
	if ((request.headers['content-type'] ?? '').startsWith('multipart/form-data')) return (await tools.readForm(request)).find(({ name }) => name === 'grant_type')?.text;
	return new URLSearchParams(String(request.body ?? '')).get('grant_type') ?? undefined;
}
