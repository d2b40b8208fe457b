/**
 * What the sandbox's two shops sell.
 *
 * Owns: products, prices, categories. Prices of the Merchandise Store are set so that an order is worth about the published
 * average ($81). Does not own: who buys (visit.ts).
 */

export interface Product {
  itemId: string;
  name: string;
  brand: string;
  category: string;
  category2: string;
  category3: string;
  variant: string;
  colour: string;
  price: number;
  /** How often it is looked at, against the others. */
  weight: number;
}

type Line = readonly [
  name: string,
  brand: string,
  categories: string,
  variant: string,
  colour: string,
  price: number,
  weight: number,
];

function stock(prefix: string, lines: readonly Line[]): Product[] {
  return lines.map(([name, brand, categories, variant, colour, price, weight], index) => {
    const [category = '', category2 = '', category3 = ''] = categories.split(' / ');
    return {
      itemId: `${prefix}${1001 + index}`,
      name,
      brand,
      category,
      category2,
      category3,
      variant,
      colour,
      price,
      weight,
    };
  });
}

export const shopGoods: readonly Product[] = stock('GGOE', [
  ['Classic Logo Tee', 'Merchandise Store', 'Apparel / Mens / T-Shirts', 'M', 'Grey', 24, 9],
  ['Classic Logo Tee White', 'Merchandise Store', 'Apparel / Womens / T-Shirts', 'S', 'White', 24, 7],
  ['Zip Hoodie', 'Merchandise Store', 'Apparel / Mens / Hoodies', 'L', 'Black', 59, 8],
  ['Pullover Hoodie', 'Merchandise Store', 'Apparel / Womens / Hoodies', 'M', 'Navy', 55, 6],
  ['Fleece Vest', 'Northwind', 'Apparel / Mens / Outerwear', 'L', 'Green', 78, 3],
  ['Rain Shell', 'Northwind', 'Apparel / Womens / Outerwear', 'M', 'Yellow', 92, 2],
  ['Kids Dino Tee', 'Robot', 'Apparel / Kids / T-Shirts', 'S', 'Green', 19, 3],
  ['Knit Beanie', 'Merchandise Store', 'Apparel / Hats', 'One size', 'Blue', 26, 4],
  ['Twill Cap', 'Merchandise Store', 'Apparel / Hats', 'One size', 'Black', 23, 4],
  ['Crew Socks', 'Merchandise Store', 'Apparel / Socks', 'M', 'Mixed', 12, 3],
  ['Camp Mug', 'Merchandise Store', 'Drinkware / Mugs', '350 ml', 'White', 14, 6],
  ['Stainless Bottle', 'Northwind', 'Drinkware / Bottles', '750 ml', 'Silver', 32, 5],
  ['Thermal Tumbler', 'Northwind', 'Drinkware / Tumblers', '500 ml', 'Black', 28, 3],
  ['Canvas Tote', 'Merchandise Store', 'Bags / Totes', 'One size', 'Natural', 22, 4],
  ['Campus Backpack', 'Northwind', 'Bags / Backpacks', '22 l', 'Grey', 89, 3],
  ['Laptop Sleeve', 'Northwind', 'Bags / Sleeves', '14"', 'Grey', 42, 2],
  ['Dot Grid Notebook', 'Papery', 'Office / Notebooks', 'A5', 'Red', 15, 5],
  ['Pen Set', 'Papery', 'Office / Pens', 'Pack of 4', 'Mixed', 9, 4],
  ['Desk Mat', 'Papery', 'Office / Desk', '90 cm', 'Grey', 36, 2],
  ['Sticker Sheet', 'Robot', 'Lifestyle / Stickers', 'A6', 'Mixed', 5, 7],
  ['Enamel Pin', 'Robot', 'Lifestyle / Pins', 'One size', 'Mixed', 8, 4],
  ['Robot Plush', 'Robot', 'Lifestyle / Toys', '20 cm', 'Green', 29, 4],
  ['Building Blocks', 'Robot', 'Lifestyle / Toys', '120 pieces', 'Mixed', 34, 2],
  ['Bike Bell', 'Merchandise Store', 'Lifestyle / Outdoors', 'One size', 'Silver', 18, 1],
]);

export const bakeryGoods: readonly Product[] = stock('HB', [
  ['Country Sourdough', 'Harbour Bakery', 'Bread / Sourdough', '900 g', 'Brown', 4.8, 10],
  ['Seeded Rye', 'Harbour Bakery', 'Bread / Rye', '700 g', 'Dark', 4.4, 5],
  ['Baguette', 'Harbour Bakery', 'Bread / White', '250 g', 'White', 2.2, 6],
  ['Butter Croissant', 'Harbour Bakery', 'Pastry / Viennoiserie', 'Each', 'Golden', 2.6, 8],
  ['Cinnamon Knot', 'Harbour Bakery', 'Pastry / Buns', 'Each', 'Golden', 3.1, 7],
  ['Celebration Cake', 'Harbour Bakery', 'Cakes / Made to order', '20 cm', 'White', 38, 2],
  ['Lemon Drizzle', 'Harbour Bakery', 'Cakes / Loaves', '500 g', 'Yellow', 12.5, 3],
]);
