// B1 用人单位基础信息
import { play } from './play.mjs';
import { creditCode } from './steps.mjs';

play({
  process: 'b01',
  title: 'RQ-013 an employer is registered, confirmed, overdue for its periodic test, suspended, resumed, closed',
  kind: 'employer',
  by: 'city',
  values: async (n) => ({
    name: `旅程样例石料${n + 1}厂`, uscc: creditCode(71 + n), county: '130302', town: '海港镇', reg_address: '海港镇旅程路1号', industry_code: '3021',
    risk_class: '1', staff_total: 60, dispatched: 0, exposed_total: 30, exposed_by_class: { dust: 30 }, occ_disease_cum: 0, legal_rep: '旅样达', principal: '旅样达',
    principal_phone: '0000-5817001', updated_on: '2021-02-14',
  }),
  path: [
    { by: 'city', step: 'confirm' },
    { overdue: ['city', '定期检测'] },
    { by: 'city', step: 'suspend' },
    { settled: ['city', '定期检测'] },
    { by: 'city', step: 'resume' },
    { never: ['inspector', 'close'] },
    { by: 'city', step: 'close' },
  ],
  last: '30',
  book: { status: '10' },
});
