/**
 * Kombo over a world of so many applications: `world.cts <applications>`. Prints where it is as one line of JSON; `control` takes
 * `/recruit?count=` (a recruiter's mix of changes), `/move?count=` (so many applications, each into another stage) and `/requests?after=`.
 */
import { createServer, type Server } from 'node:http';

import { move } from '../sandbox/actions.cts';
import { startSandbox } from '../sandbox/index.cts';
import { recorderOf } from './recorder.cts';
import { endWithParent } from './withParent.cts';

const addressOf = (server: Server) => {
	const address = server.address();
	return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
};

async function main(): Promise<void> {
	endWithParent();
	const sandbox = await startSandbox({ services: ['kombo'], applications: Number(process.argv[2]), seed: 'bench', validate: false });
	const { world, recruiter, url, urls, credentials } = sandbox;
	const { requests } = recorderOf(sandbox.app.server);
	const moveSome = (count: number) => {
		for (const application of world.applications.alive().slice(0, count)) {
			const stageId = world.jobs.need(application.jobId).stageIds.find((id) => id !== application.stageId);
			if (stageId !== undefined) move(world, application, stageId, 'bench');
		}
	};
	const control = createServer((request, response) => {
		const { pathname, searchParams } = new URL(request.url ?? '/', 'http://bench');
		const count = Number(searchParams.get('count') ?? 0);
		if (pathname === '/recruit') for (let step = 0; step < count; step++) recruiter.step();
		if (pathname === '/move') moveSome(count);
		response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(pathname === '/requests' ? requests.slice(Number(searchParams.get('after') ?? 0)) : {}));
	});
	// A poll may take longer than a connection idles by default.
	for (const server of [control, sandbox.app.server]) server.keepAliveTimeout = 300_000;
	control.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ url, urls, credentials, control: addressOf(control) })));
}

void main();
