// B8 疑似职业病报告卡
import { employer, play } from './play.mjs';
import { identity } from './steps.mjs';

play({
  process: 'b08',
  title: 'RQ-034 a card of a suspected disease is overdue, reported, returned, reviewed at three levels, corrected',
  kind: 'case_report',
  by: 'cdc',
  values: async (n) => ({
    ...await employer(), card: '3', source_kind: 'manual', source_id: `旅程上报-${n}`, person_name: '旅样丙', id_type: '01', id_no: identity(310 + 2 * n),
    sex: '2', birth_date: '1980-01-01', hazards: ['D001'], found_on: '2021-04-02', suspected_disease: '矽肺', exposure_started_on: '2010-01-01',
  }),
  path: [
    { overdue: ['cdc', '报告卡'] },
    { by: 'cdc', step: 'report', needs: { report_unit: '秦皇岛市样例疾控中心', reported_on: '2021-04-10' } },
    { settled: ['cdc', '报告卡'] },
    { by: 'city', step: 'return', needs: { return_reason: '缺接触史' } },
    { by: 'cdc', step: 'report', needs: { report_unit: '秦皇岛市样例疾控中心', reported_on: '2021-04-12' } },
    { never: ['city', 'pass_province'] },
    { by: 'city', step: 'pass_county' },
    { by: 'city', step: 'pass_city' },
    { by: 'city', step: 'pass_province' },
    { by: 'cdc', step: 'correct', needs: { correct_reason: '病种录入有误' } },
    { by: 'cdc', step: 'report', needs: { report_unit: '秦皇岛市样例疾控中心', reported_on: '2021-05-01' } },
    { by: 'city', step: 'pass_county' },
    { by: 'city', step: 'pass_city' },
    { by: 'city', step: 'pass_province' },
  ],
  last: 'final',
});
