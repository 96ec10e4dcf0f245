import type { FastifyInstance } from 'fastify';
import { pathOf } from './actions.cts';
import { fail } from './errors.cts';
import { fileOf, type GivenFile } from './files.cts';
import type { Guard } from './guard.cts';
import type { Row } from './rows.cts';
import type { KomboState } from './state.cts';

interface Body {
	method: string;
	path: string;
	headers?: Record<string, string>;
	params?: Record<string, string>;
	data?: unknown;
	response_as_base64?: boolean;
	multipart_form_data?: Array<{ name: string; value: string | GivenFile }>;
	api_options?: Record<string, string>;
}

/** APIs of the tools that the sandbox knows; any other is refused, as Kombo does. */
const APIS: Record<string, string[]> = { greenhouse: ['harvest', 'harvest-v2', 'harvestv3'], workable: ['v1', 'v3'], flatchr: ['api', 'career'], teamtailor: ['v1'], lever: ['v1'] };
const PDF = Buffer.from('%PDF-1.4 a small file of the remote system\n');

/**
 * `POST /passthrough/{tool}/{api}`: a small remote system that says what reached it. `/status/404` answers with that
 * status, `/file` with bytes, everything else with an echo.
 */
export function registerPassthrough(app: FastifyInstance, state: KomboState, guard: Guard): void {
	app.post<{ Params: { tool: string; api: string } }>('/v1/passthrough/:tool/:api', async (request, reply) => {
		const operation = guard.request(request, pathOf(request));
		const integration = state.integration(request);
		const { tool, api } = request.params;
		if (tool !== integration.tool) throw fail('PLATFORM.INPUT_INVALID', `The integration is of the tool "${integration.tool}", not "${tool}".`);
		if (!APIS[tool]?.includes(api)) throw fail('PLATFORM.INPUT_INVALID', `The tool "${tool}" has no passthrough API "${api}".`);
		const body = request.body as Body;
		const remote = await answerOf(body);
		const search = new URLSearchParams(body.params).toString();
		const data: Row = {
			url: `https://api.${tool}.example${body.path.startsWith('/') ? '' : '/'}${encodeURI(body.path)}${search === '' ? '' : `?${search}`}`,
			status: remote.status,
			headers: { 'content-type': remote.contentType, 'set-cookie': ['a=1', 'b=2'] },
			data: body.response_as_base64 === true ? remote.bytes.toString('base64') : remote.contentType === 'application/json' ? JSON.parse(remote.bytes.toString()) : remote.bytes.toString(),
		};
		return await guard.answer(request, reply, operation, { status: 'success', data, warnings: [] });
	});
}

async function answerOf(body: Body): Promise<{ status: number; contentType: string; bytes: Buffer }> {
	const json = (status: number, value: unknown) => ({ status, contentType: 'application/json', bytes: Buffer.from(JSON.stringify(value)) });
	const [, status] = /^\/?status\/(\d{3})$/.exec(body.path) ?? [];
	if (status !== undefined) return json(Number(status), { errors: [{ message: `You asked for ${status}` }] });
	if (/^\/?file$/.test(body.path)) return { status: 200, contentType: 'application/pdf', bytes: PDF };
	if (/^\/?text$/.test(body.path)) return { status: 200, contentType: 'text/plain', bytes: Buffer.from('plain text') };
	const form = await Promise.all(
		(body.multipart_form_data ?? []).map(async ({ name, value }) => {
			if (typeof value === 'string') return { name, value };
			const file = await fileOf(value, 'OTHER');
			return { name, file_name: file.fileName, content_type: file.contentType, size: file.bytes.length, base64: file.bytes.toString('base64') };
		}),
	);
	return json(200, { method: body.method, path: body.path, params: body.params ?? {}, headers: body.headers ?? {}, data: body.data ?? null, form, options: body.api_options ?? {} });
}
