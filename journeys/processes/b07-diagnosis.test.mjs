// B7 职业病诊断
import { employer, organisation, play } from './play.mjs';
import { identity } from './steps.mjs';

play({
  process: 'b07',
  title: 'RQ-034 a diagnosis waits for materials, is suspended and resumed, overdue for its conclusion, delivered, reported, returned, final',
  kind: 'diagnosis',
  by: 'hospital',
  values: async (n) => ({
    ...await employer(), report_no: `LCZYB2021000${n}`, institution: (await organisation('hospital')).name, person_name: '旅样乙', id_type: '01',
    id_no: identity(210 + 2 * n), sex: '2', birth_date: '1980-01-01', hazards: ['D001'], post: '破碎工', exposure_started_on: '2008-03-01',
    exposure_years: 12, applied_on: '2021-02-01',
  }),
  path: [
    { by: 'hospital', step: 'receive', needs: { applied_on: '2021-02-01' } },
    { by: 'hospital', step: 'ask_employer' },
    { by: 'hospital', step: 'back_to_receiving' },
    { by: 'hospital', step: 'suspend', needs: { suspend_reason: '劳动关系争议，等待仲裁', clock_days_used: 6 } },
    { never: ['hospital', 'conclude'] },
    { by: 'hospital', step: 'resume' },
    { by: 'hospital', step: 'complete', needs: { materials_complete_on: '2021-03-01' } },
    { overdue: ['hospital', '诊断'] },
    { by: 'hospital', step: 'conclude', needs: { conclusion: '2', diagnosed_on: '2021-03-20', doctors: ['样诊甲', '样诊乙', '样诊丙'] } },
    { by: 'hospital', step: 'deliver', needs: { certificate_no: 'LC测职诊2021', delivered_worker_on: '2021-03-25', delivered_employer_on: '2021-03-26' } },
    { by: 'hospital', step: 'report', needs: { reported_on: '2021-03-28' } },
    { by: 'cdc', step: 'return', needs: { return_reason: '接触史与体检个案不一致，请核实' } },
    { by: 'hospital', step: 'report', needs: { reported_on: '2021-03-30' } },
    { by: 'cdc', step: 'pass_county' },
    { by: 'city', step: 'pass_city' },
    { by: 'cdc', step: 'pass_final' },
    { by: 'hospital', step: 'archive' },
  ],
  last: 'archived',
  book: { diagnosed_on: '2021-03-20', conclusion: '2' },
});
