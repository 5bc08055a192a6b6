// B15 技术服务信息报送卡
import { employer, organisation, play } from './play.mjs';

play({
  process: 'b15',
  title: 'RQ-088 the card of a service report is overdue, handed in, returned, handed in again, accepted',
  kind: 'agency_report',
  by: 'lab',
  values: async (n) => ({
    ...await employer(), agency: (await organisation('lab')).name, report_no: `LCFW2021-${n}`, report_on: '2021-04-28', contract_no: `LCHT2021-${n}`, service_type: '1', leader: '样项甲',
    surveyors: ['样项甲', '样采乙'], surveyed_from: '2021-04-08', surveyed_to: '2021-04-08', samplers: ['样采乙', '样采丙'], sampled_from: '2021-04-12',
    sampled_to: '2021-04-13', signer: '样签戊', points_tested: 24, points_over: 2, conclusion: '破碎岗位噪声超标 1 个岗位',
  }),
  path: [
    { overdue: ['lab', '报送'] },
    { by: 'lab', step: 'submit', needs: { submitted_on: '2021-05-12' } },
    { settled: ['lab', '报送'] },
    { never: ['lab', 'accept'] },
    { by: 'cdc', step: 'return', needs: { return_reason: '超标点数与结果表不符' } },
    { by: 'lab', step: 'submit', needs: { submitted_on: '2021-05-20' } },
    { by: 'cdc', step: 'accept' },
  ],
  last: 'accepted',
});
