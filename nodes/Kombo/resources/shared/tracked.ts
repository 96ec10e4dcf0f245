import { choice, id, when } from '../../../../lib/action/field';
import { FieldError } from '../../../../lib/errors';

/** Which IDs Kombo wants of which ATS. https://docs.kombo.dev/ats/v1/post-import-tracked-application */
const BY_APPLICATION = ['greenhouse', 'greenhousev3', 'onlyfy', 'recruitee', 'successfactors', 'erecruiter'];
const BY_JOB = ['smartrecruiters', 'erecruiter'];
const BY_CANDIDATE = ['smartrecruiters', 'erecruiter'];

export const trackedFields = [
	choice('tool', {
		displayName: 'ATS',
		default: 'greenhouse',
		options: [
			{ name: 'eRecruiter', value: 'erecruiter' },
			{ name: 'Greenhouse', value: 'greenhouse' },
			{ name: 'Greenhouse (API V3)', value: 'greenhousev3' },
			{ name: 'Onlyfy', value: 'onlyfy' },
			{ name: 'Recruitee', value: 'recruitee' },
			{ name: 'SAP SuccessFactors', value: 'successfactors' },
			{ name: 'SmartRecruiters', value: 'smartrecruiters' },
		],
		description: 'Kombo imports from these only',
	}),
	when(id('applicationRemoteId', { displayName: 'Application ID in the ATS', placeholder: '4019283', description: 'Of Recruitee: the ID of the placement' }), { tool: BY_APPLICATION }),
	when(id('jobRemoteId', { displayName: 'Job ID in the ATS', required: false, placeholder: '4001234', description: 'Of eRecruiter: this one or the ID of the candidate' }), { tool: BY_JOB }),
	when(id('candidateRemoteId', { displayName: 'Candidate ID in the ATS', required: false, placeholder: '4005678', description: 'Of eRecruiter: this one or the ID of the job' }), { tool: BY_CANDIDATE }),
] as const;

interface Tracked {
	tool: string;
	applicationRemoteId?: string;
	jobRemoteId?: string;
	candidateRemoteId?: string;
}

/** `{ greenhouse: { id_type: 'application_id', application_id: '...' } }` */
export function trackedBody({ tool, applicationRemoteId: application, jobRemoteId: job, candidateRemoteId: candidate }: Tracked): Record<string, Record<string, string | undefined>> {
	switch (tool) {
		case 'recruitee':
			return { recruitee: { id_type: 'placement_id', placement_id: application } };
		case 'successfactors':
			return { successfactors: { id_type: 'application_remote_id', application_remote_id: application } };
		case 'smartrecruiters':
			if (!job || !candidate) throw new FieldError('SmartRecruiters needs the IDs of the job and of the candidate', 'Fill in both.');
			return { smartrecruiters: { id_type: 'candidate_and_job_remote_ids', candidate_remote_id: candidate, job_remote_id: job } };
		case 'erecruiter':
			if (job) return { erecruiter: { id_type: 'application_and_job_remote_ids', application_remote_id: application, job_remote_id: job } };
			if (!candidate) throw new FieldError('eRecruiter needs the ID of the job or of the candidate beside that of the application', 'Fill in one of them.');
			return { erecruiter: { id_type: 'application_and_candidate_remote_ids', candidate_remote_id: candidate, application_remote_id: application } };
		default:
			return { [tool]: { id_type: 'application_id', application_id: application } };
	}
}
