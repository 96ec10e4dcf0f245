import { FieldError } from '../../lib/errors';
import { path } from '../../lib/http/path';
import { redact, secretsOf } from '../../lib/http/redact';
import { isObject } from '../../lib/http/apiDefinition';
import { fetchedFile, type ServiceFile } from '../../lib/http/files';
import type { FlatchrApi } from './api';

export interface CvKey {
	key: string;
	extension: string;
}

/** https://developers.flatchr.io/en/docs/QuickStart/Candidats/Recuperer_CV */
export async function downloadCv(flatchr: FlatchrApi, { key, extension }: CvKey): Promise<ServiceFile> {
	return await fetchedFile({ address: key, name: nameOf(key, extension) }, async () => {
		const answer = await flatchr.cv(key, extension);
		if (!/json/i.test(answer.headers['content-type'] ?? '') || !Buffer.isBuffer(answer.body)) return answer;
		// What is cut off first may hold half a key.
		throw new Error(`Flatchr said: ${redact(answer.body.subarray(0, 2000).toString('utf8'), secretsOf({ apiKey: flatchr.account.apiKey })).slice(0, 200)}`);
	});
}

/** `candidates/2024/01/<uuid>/name` is the key of `name.pdf`. */
export function nameOf(key: string, extension: string): string {
	const last = key.split('/').at(-1) || 'cv';
	return last.toLowerCase().endsWith(`.${extension.toLowerCase()}`) ? last : `${last}.${extension}`;
}

/**
 * Where an application's CV lies. Nothing documented tells it but the webhook; others read it from the answer to an
 * update that changes nothing: https://github.com/Riminder/hrflow-connectors . Undefined: there is none. Throws where that cannot be told.
 */
export async function cvKeyOf(flatchr: FlatchrApi, vacancyKey: string, applicant: string): Promise<CvKey | undefined> {
	const { candidate } = await flatchr.write('PUT', applicantPath(flatchr, vacancyKey, applicant), {});
	if (!isObject(candidate)) throw new Error("Flatchr's answer has no candidate in it: whether there is a CV cannot be told.");
	const { aws, cv } = candidate;
	for (const file of [aws, cv]) {
		if (isObject(file) && typeof file.key === 'string' && typeof file.extension === 'string') return { key: file.key, extension: file.extension };
	}
	if (isObject(aws) ? Object.keys(aws).length > 0 : aws) throw new Error('Flatchr names a CV without the key and the extension that it is fetched by.');
	return undefined;
}

export function applicantPath(flatchr: FlatchrApi, vacancyKey: string, applicant: string): string {
	return flatchr.company(path`/vacancy/${vacancyKey}/applicant/${applicant}`);
}

/** The extension of a key typed without one. */
export function extensionOf(key: string, extension: string | undefined): string {
	const given = extension?.replace(/^\./, '') ?? /\.([a-z0-9]{2,5})$/i.exec(key)?.[1];
	if (!given) throw new FieldError('"Extension" is empty', 'Fill it in as the webhook gives it in data.cv.extension, for example pdf.');
	return given;
}
