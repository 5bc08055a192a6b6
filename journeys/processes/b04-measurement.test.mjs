// B4 工作场所监测：定期检测
import { employer, organisation, play } from './play.mjs';

play({
  process: 'b04',
  title: 'RQ-021 a periodic test goes from commission to report, is returned, overdue for publication, published, submitted, archived',
  kind: 'measurement',
  by: 'lab',
  values: async (n) => ({
    ...await employer(), agency: (await organisation('lab')).name, mon_type: '2', project_no: `XMLC-${n}`, workshop: '一车间', post: '破碎工', point: '1#',
    factor: 'P001', sampled_on: '2020-09-08', sample_hours: 8, shift_hours: 8, week_days: 5, result: 83.2, unit: 'dB(A)', sample_no: `LC2020-${n}`,
    report_no: `LCBG2020-${n}`, report_issued_on: '2020-09-20', surveyors: ['样项甲', '样采乙'], samplers: ['样采乙', '样采丙'],
  }),
  path: [
    { never: ['lab', 'issue'] },
    { by: 'lab', step: 'review_contract' },
    { by: 'lab', step: 'survey', needs: { surveyors: ['样项甲', '样采乙'] } },
    { by: 'lab', step: 'plan' },
    { by: 'lab', step: 'sample', needs: { samplers: ['样采乙', '样采丙'] } },
    { by: 'lab', step: 'deliver' },
    { by: 'lab', step: 'analyse' },
    { by: 'lab', step: 'calculate' },
    { by: 'lab', step: 'draft' },
    { by: 'cdc', step: 'return', needs: { return_reason: '采样时段未覆盖接触最高的工段' } },
    { by: 'lab', step: 'draft' },
    { by: 'lab', step: 'review' },
    { by: 'lab', step: 'issue', needs: { report_no: 'LCBG2020-1' } },
    { overdue: ['lab', '公开'] },
    { by: 'lab', step: 'publish', needs: { published_on: '2020-10-10' } },
    { by: 'lab', step: 'submit', needs: { submitted_on: '2020-10-10' } },
    { settled: ['lab', '公开'] },
    { by: 'lab', step: 'archive' },
  ],
  last: 'archived',
});
