// B7 职业病诊断鉴定
import { employer, organisation, play } from './play.mjs';
import { identity } from './steps.mjs';

const experts = ['甲', '乙', '丙', '丁', '戊'].map((name, at) => ({ expert: `样鉴${name}`, expert_unit: '样市一院', specialty: '职业病', relevant: at < 3 ? 'true' : 'false' }));

play({
  process: 'b07-appraisal',
  title: 'RQ-034 an appraisal is applied for, asked to supplement, accepted, overdue for its conclusion, drawn, held, concluded, delivered, archived',
  kind: 'appraisal',
  by: 'appraisal',
  values: async (n) => ({
    ...await employer(), office: (await organisation('appraisal')).name, application_no: `LC鉴申2021-${n}`, level: '1', applicant: '旅样庚', issue: '对诊断结论有异议', certificate_no: `LC测职诊2021${n}`,
    received_conclusion_on: '2021-03-25', applied_on: '2021-04-01', person_name: '旅样庚', id_type: '01', id_no: identity(710 + 2 * n),
  }),
  path: [
    { by: 'appraisal', step: 'receive', needs: { materials_on: '2021-04-02' } },
    { overdue: ['appraisal', '审核'] },
    { by: 'appraisal', step: 'ask', needs: { supplement: '请补充诊断证明书送达回执' } },
    { never: ['appraisal', 'draw'] },
    { by: 'appraisal', step: 'receive', needs: { materials_on: '2021-04-06' } },
    { by: 'appraisal', step: 'accept', needs: { accepted_on: '2021-04-08' } },
    { overdue: ['appraisal', '鉴定'] },
    { by: 'appraisal', step: 'draw', needs: { experts, drawn_on: '2021-04-15' } },
    { by: 'appraisal', step: 'hold', needs: { meeting_on: '2021-04-25' } },
    { by: 'appraisal', step: 'conclude', needs: { result: '1', document_no: 'LC鉴2021-1', document_on: '2021-05-06' } },
    { by: 'appraisal', step: 'deliver', needs: { delivered_on: '2021-05-10' } },
    { by: 'appraisal', step: 'archive' },
  ],
  last: 'archived',
});
