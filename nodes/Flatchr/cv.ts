import { FieldError } from '../../lib/errors';
import { path } from '../../lib/http/path';
import { isObject } from '../../lib/http/wire';
import type { FlatchrApi } from './api';

export interface CvKey {
	key: string;
	extension: string;
}

export interface CvFile extends CvKey {
	data: Buffer;
	name: string;
	mimeType: string | undefined;
}

/** https://developers.flatchr.io/en/docs/QuickStart/Candidats/Recuperer_CV */
export async function downloadCv(flatchr: FlatchrApi, { key, extension }: CvKey): Promise<CvFile> {
	const { body, headers } = await flatchr.cv(key, extension);
	const data = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
	const [mimeType = ''] = (headers['content-type'] ?? '').split(';', 1);
	if (data.length === 0) throw new Error('Flatchr gave an empty file for this CV.');
	if (/json$/i.test(mimeType)) throw new Error(`Flatchr gave no file for this CV: ${data.subarray(0, 200).toString('utf8')}`);
	return { key, extension, data, name: nameOf(key, extension), mimeType: mimeType.trim() || undefined };
}

/** `candidates/2024/01/<uuid>/name` is the key of `name.pdf`. */
function nameOf(key: string, extension: string): string {
	const last = key.split('/').at(-1) || 'cv';
	return last.toLowerCase().endsWith(`.${extension.toLowerCase()}`) ? last : `${last}.${extension}`;
}

/**
 * Where an application's CV lies. Nothing documented tells it but the webhook; others read it from the answer to an
 * update that changes nothing: https://github.com/Riminder/hrflow-connectors
 */
export async function cvKeyOf(flatchr: FlatchrApi, vacancyKey: string, applicant: string): Promise<CvKey | undefined> {
	const { candidate } = await flatchr.write('PUT', applicantPath(flatchr, vacancyKey, applicant), {});
	const { aws, cv } = isObject(candidate) ? candidate : {};
	for (const file of [aws, cv]) {
		if (isObject(file) && typeof file.key === 'string' && typeof file.extension === 'string') return { key: file.key, extension: file.extension };
	}
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
