/** A chat model on loopback that speaks OpenAI's chat completions and follows a script instead of thinking. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A tool as the model is told of it. */
export interface OfferedTool {
	name: string;
	description: string;
	parameters: { properties?: Record<string, { description?: string; type?: string }>; required?: string[] };
}

export interface ToolCall {
	name: string;
	arguments: Record<string, unknown>;
}

/** From the answers of the tools so far: the next call, or the last words. */
export type Script = (answers: string[]) => ToolCall | string;

interface Message {
	role: string;
	content?: unknown;
}

export interface ScriptedModel {
	/** For the credential's Base URL. */
	url: string;
	follow(script: Script): void;
	/** What the last conversation offered, and what its tools answered. */
	tools: OfferedTool[];
	answers: string[];
	close(): Promise<void>;
}

const textOf = (content: unknown): string => {
	if (typeof content === 'string') return content;
	if (Array.isArray(content)) return content.map((part: { text?: unknown }) => String(part.text ?? '')).join('');
	return JSON.stringify(content ?? '');
};

export async function startModel(): Promise<ScriptedModel> {
	let script: Script = () => 'There is no script.';
	const model = { tools: [] as OfferedTool[], answers: [] as string[] };
	const server = createServer((request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', (): void => {
			response.setHeader('content-type', 'application/json');
			if (!request.url?.endsWith('/chat/completions')) {
				response.end(JSON.stringify({ object: 'list', data: [{ id: 'scripted', object: 'model' }] }));
				return;
			}
			const asked: { messages: Message[]; stream?: boolean; tools?: Array<{ function: OfferedTool }> } = JSON.parse(Buffer.concat(chunks).toString());
			model.tools = (asked.tools ?? []).map((tool) => tool.function);
			model.answers = asked.messages.filter(({ role }) => role === 'tool').map(({ content }) => textOf(content));
			const next = script(model.answers);
			const calls = typeof next === 'string' ? {} : { tool_calls: [{ id: `call_${model.answers.length}`, type: 'function', function: { name: next.name, arguments: JSON.stringify(next.arguments) } }] };
			const message = { role: 'assistant', content: typeof next === 'string' ? next : null, ...calls };
			const about = { id: 'chatcmpl-1', created: 0, model: 'scripted' };
			const finished = { index: 0, finish_reason: typeof next === 'string' ? 'stop' : 'tool_calls' };
			if (asked.stream !== true) {
				response.end(JSON.stringify({ ...about, object: 'chat.completion', choices: [{ ...finished, message }], usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } }));
				return;
			}
			// Agents of version 1 ask for the answer in parts.
			const delta = { ...message, ...('tool_calls' in calls ? { tool_calls: calls.tool_calls?.map((call, index) => ({ index, ...call })) } : {}) };
			const part = (choice: object) => `data: ${JSON.stringify({ ...about, object: 'chat.completion.chunk', choices: [choice] })}\n\n`;
			response.setHeader('content-type', 'text/event-stream').end(`${part({ index: 0, delta, finish_reason: null })}${part({ ...finished, delta: {} })}data: [DONE]\n\n`);
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return Object.assign(model, {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
		follow: (next: Script) => {
			script = next;
		},
		close: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	});
}
