import type { Answer, Job, Question } from '../model.cts';
import { fail } from './errors.cts';
import { fileOf, type GivenFile, type ReadFile } from './files.cts';

export interface GivenAnswer {
	question_id: string;
	answer: unknown;
}

/**
 * Answers to the job's screening questions (https://docs.kombo.dev/ats/implementation-guide/screening-questions):
 * a wrong type is an error, an unknown question or a missing answer is a warning.
 */
export async function readAnswers(job: Job, given: readonly GivenAnswer[], warnings: string[]): Promise<{ answers: Answer[]; files: ReadFile[] }> {
	const answers: Answer[] = [];
	const files: ReadFile[] = [];
	for (const { question_id: id, answer } of given) {
		const question = job.questions.find((one) => one.id === id);
		if (!question) {
			warnings.push(`The screening question "${id}" does not belong to this job. Its answer was left out.`);
			continue;
		}
		if (question.type === 'FILE') {
			if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) throw wrong(question, 'a file');
			files.push(await fileOf(answer as GivenFile, 'OTHER'));
		} else answers.push({ questionId: id, title: question.title, type: question.type, value: valueOf(question, answer) });
	}
	const answered = new Map(given.map((one) => [one.question_id, one.answer]));
	for (const question of job.questions) {
		if (question.required && !answered.has(question.id) && isAsked(question, answered)) warnings.push(`The required question "${question.title}" was not answered.`);
	}
	return { answers, files };
}

function valueOf(question: Question, answer: unknown): Answer['value'] {
	const optionName = (id: unknown): string => {
		const option = question.options.find((one) => one.id === id);
		if (!option) throw wrong(question, 'the id of one of its options');
		return option.name;
	};
	switch (question.type) {
		case 'TEXT':
			if (typeof answer !== 'string') throw wrong(question, 'a text');
			if (question.max !== null && answer.length > question.max) throw wrong(question, `a text of at most ${question.max} characters`);
			return answer;
		case 'NUMBER':
			if (typeof answer !== 'number') throw wrong(question, 'a number');
			if ((question.min !== null && answer < question.min) || (question.max !== null && answer > question.max)) throw wrong(question, `a number from ${question.min} to ${question.max}`);
			return answer;
		case 'BOOLEAN':
			if (typeof answer !== 'boolean') throw wrong(question, 'true or false');
			return answer;
		case 'SINGLE_SELECT':
			return optionName(answer);
		case 'MULTI_SELECT':
			if (!Array.isArray(answer)) throw wrong(question, 'a list of the ids of its options');
			return answer.map(optionName);
		case 'DATE':
			if (typeof answer !== 'string' || !/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?)?Z?$/.test(answer)) throw wrong(question, 'a date');
			return new Date(answer).toISOString();
		default:
			throw wrong(question, 'left without an answer');
	}
}

function isAsked(question: Question, answered: ReadonlyMap<string, unknown>): boolean {
	if (!question.when) return true;
	const answer = answered.get(question.when.questionId);
	const wanted: readonly unknown[] = question.when.answers;
	return Array.isArray(answer) ? answer.some((one) => wanted.includes(one)) : wanted.includes(answer);
}

function wrong(question: Question, expected: string): Error {
	return fail('PLATFORM.INPUT_INVALID', `The answer to the screening question "${question.title}" (${question.type}) must be ${expected}.`);
}
