// B6 职业健康检查个案
import { employer, organisation, play } from './play.mjs';
import { identity } from './steps.mjs';

play({
  process: 'b06',
  title: 'RQ-028 RQ-029 RQ-032 an exam goes from the list over a recheck and an overdue report to the last review, with one return',
  kind: 'exam',
  by: 'clinic',
  values: async (n) => ({
    ...await employer(), institution: (await organisation('clinic')).name, person_name: '旅样甲', id_type: '01', id_no: identity(110 + 2 * n), sex: '2',
    birth_date: '1980-01-01', exam_type: '2', examined_on: '2021-05-10', hazards: ['P001'], conclusion: '5', chief_doctor: '样医甲',
    exposure_started_on: '2015-03-01', post: '破碎工', other_finding: '血压偏高',
  }),
  path: [
    { by: 'clinic', step: 'begin' },
    { by: 'clinic', step: 'conclude', needs: { conclusion: '5', chief_doctor: '样医甲' } },
    { by: 'clinic', step: 'ask_recheck' },
    { never: ['cdc', 'pass_county'] },
    { by: 'clinic', step: 'finish_recheck' },
    { overdue: ['clinic', '出具检查报告'] },
    { by: 'clinic', step: 'report', needs: { report_issued_on: '2021-06-05' } },
    { by: 'clinic', step: 'tell_employer', needs: { employer_told_on: '2021-06-08' } },
    { by: 'employer', step: 'tell_worker', needs: { worker_told_on: '2021-06-10' } },
    { overdue: ['clinic', '上报检查个案'] },
    { by: 'clinic', step: 'submit', needs: { submitted_on: '2021-06-15' } },
    { by: 'cdc', step: 'return', needs: { return_reason: '缺 6000 Hz 听阈，请补充或说明' } },
    { by: 'clinic', step: 'submit', needs: { submitted_on: '2021-06-20' } },
    { by: 'cdc', step: 'pass_county' },
    { by: 'cdc', step: 'pass_city' },
  ],
  last: 'done',
});
