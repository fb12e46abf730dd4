export const BILLING = {
  key: 'order.bill',
  parallelism: 3,
  ratePerSecond: 5,
};
export const ATTEMPTS = 2;
