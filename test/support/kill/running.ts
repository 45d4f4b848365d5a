import { ApiCaller } from '../apiCaller.ts';
import { Product, type ProductOptions } from '../product.ts';
import { waitFor } from '../waitFor.ts';

/** A product that is killed and started again on the same data. */
export class Running {
  readonly #options: () => ProductOptions;
  #product: Product | null = null;
  #ready = false;
  kills = 0;

  /** `options` is asked at every start. */
  constructor(options: () => ProductOptions) {
    this.#options = options;
  }

  get product(): Product {
    if (this.#product === null) throw new Error('the product was never started');
    return this.#product;
  }

  async start(): Promise<void> {
    this.launch();
    await this.ready();
  }

  get isReady(): boolean {
    return this.#ready;
  }

  /** Starts the process; it may be killed before it is ready. */
  launch(): void {
    this.#product = new Product(this.#options());
  }

  async ready(): Promise<void> {
    await this.product.ready();
    this.#ready = true;
  }

  /** `kill -9`. */
  async kill(): Promise<void> {
    this.#ready = false;
    this.kills += 1;
    await this.product.kill();
  }

  /** One Ctrl-C; the exit code. */
  async stop(): Promise<number | null> {
    this.#ready = false;
    return (await this.#product?.stop()) ?? null;
  }

  /** A caller of the product that runs now, waiting for the next one where none does. */
  async caller(key?: string): Promise<ApiCaller> {
    await waitFor(() => this.#ready, { what: 'a running product', milliseconds: 120_000 });
    return key === undefined ? await this.product.api() : new ApiCaller(this.product.url, key);
  }
}
