import type { Played } from '../openapi/extract.cts';

const LISTS = 'applications application_stages applied_candidate_tags attachments candidate_tags candidates departments interviewers interviews job_hiring_managers job_interview_stages job_interviews job_owners jobs notes offers offices rejection_details rejection_reasons sources users';
const paths = new Set(LISTS.split(' ').map((name) => `/${name}`));

export const played: Played = { wanted: (path) => paths.has(path) };
