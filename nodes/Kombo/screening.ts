import type { FieldType, ResourceMapperField } from 'n8n-workflow';

import { FieldError } from '../../lib/errors';
import { isObject } from '../../lib/http/apiDefinition';

/** How a question's format is asked in n8n. https://docs.kombo.dev/ats/implementation-guide/screening-questions */
const MAPPED_AS: Record<string, FieldType> = { TEXT: 'string', NUMBER: 'number', BOOLEAN: 'boolean', SINGLE_SELECT: 'options', MULTI_SELECT: 'array', DATE: 'dateTime', FILE: 'object' };

/** A job's screening questions as resource-mapper fields; display-only ones have no answer and are left out. */
export function mapperFieldsOf(questions: unknown): ResourceMapperField[] {
	const list = Array.isArray(questions) ? questions.filter(isObject) : [];
	return list.flatMap((question) => {
		const format = isObject(question.format) ? question.format : {};
		const type = MAPPED_AS[String(format.type)];
		if (!type) return [];
		const options = Array.isArray(format.options) ? format.options.filter(isObject) : [];
		return [
			{
				id: String(question.id),
				displayName: label(question, options, list, String(format.type)),
				required: question.required === true && !question.precondition_question_id,
				defaultMatch: false,
				canBeUsedToMatch: false,
				display: true,
				type,
				...(type === 'options' ? { options: options.map((option) => ({ name: String(option.name), value: String(option.id) })) } : {}),
			},
		];
	});
}

function label(question: Record<string, unknown>, options: ReadonlyArray<Record<string, unknown>>, all: ReadonlyArray<Record<string, unknown>>, type: string): string {
	const title = String(question.title ?? question.id);
	const choices = type === 'MULTI_SELECT' ? ` (IDs of: ${options.map((option) => `${String(option.name)} = ${String(option.id)}`).join(', ')})` : type === 'FILE' ? ' (JSON: name, content_type, data or data_url)' : '';
	const parent = all.find((other) => other.id === question.precondition_question_id);
	return parent ? `${title}${choices} – only if "${String(parent.title ?? parent.id)}" is ${conditionText(question, parent)}` : `${title}${choices}`;
}

function conditionText(question: Record<string, unknown>, parent: Record<string, unknown>): string {
	const wanted = Array.isArray(question.precondition_options) ? question.precondition_options : [];
	const options = isObject(parent.format) && Array.isArray(parent.format.options) ? parent.format.options.filter(isObject) : [];
	return wanted.map((one) => (one === true ? 'yes' : one === false ? 'no' : String(options.find((option) => option.id === one)?.name ?? one))).join(' or ');
}

interface Answer {
	question_id: string;
	answer: unknown;
}

/** Answers from the mapper (question ID -> value), or from the JSON field: that same object, or Kombo's own list. */
export function answersOf(mapped: Record<string, unknown>, asJson: unknown): Answer[] {
	const list = Array.isArray(asJson)
		? asJson.map((one, index) => {
				if (isObject(one) && typeof one.question_id === 'string' && 'answer' in one) return { question_id: one.question_id, answer: one.answer };
				throw new FieldError(`"Screening Answers (JSON)" has no question_id and answer at position ${index}`, 'Write [{"question_id": "...", "answer": ...}] or {"<question ID>": <answer>}.');
			})
		: Object.entries(isObject(asJson) ? asJson : {}).map(([question_id, answer]) => ({ question_id, answer }));
	const fromMapper = Object.entries(mapped).map(([question_id, answer]) => ({ question_id, answer: typed(answer) }));
	return [...fromMapper.filter(({ question_id }) => !list.some((one) => one.question_id === question_id)), ...list];
}

/** Questions ask for days: of what the mapper makes of one, a moment with the workflow's offset, the day that is written in it. */
function typed(answer: unknown): unknown {
	return typeof answer === 'string' && /^\d{4}-\d{2}-\d{2}T.*[+-]\d{2}:?\d{2}$/.test(answer) ? answer.slice(0, 10) : answer;
}
