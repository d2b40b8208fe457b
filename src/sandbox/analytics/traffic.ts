/**
 * How visitors find the sandbox's sites.
 *
 * Owns: sources, mediums and campaigns, their shares, and how much better or worse each buys than the average visitor. The
 * shop's channel shares (users and revenue) are those of the Google Merchandise Store sample. Does not own: the autumn_sale
 * story's timing (stories.ts).
 */
import { autumnSale } from './stories.ts';

export interface Traffic {
  source: string;
  medium: string;
  campaign: string;
  campaignId: string;
  channel: string;
  platform: string;
  content: string;
  term: string;
  adGroup: string;
  /** Share of sessions; 0 = only through a story. */
  weight: number;
  /** Revenue share divided by user share. */
  intent: number;
}

const notSet = '(not set)';

interface Extra {
  campaign?: string;
  campaignId?: string;
  platform?: string;
  content?: string;
  term?: string;
  adGroup?: string;
}

function way(
  channel: string,
  source: string,
  medium: string,
  weight: number,
  intent: number,
  extra: Extra = {},
): Traffic {
  const implied = `(${medium.replace(/[()]/g, '')})`;
  const campaign = extra.campaign ?? (source === '(direct)' ? '(direct)' : implied === '(not set)' ? notSet : implied);
  return {
    source,
    medium,
    channel,
    weight,
    intent,
    campaign,
    campaignId: extra.campaignId ?? notSet,
    platform: extra.platform ?? 'Manual',
    content: extra.content ?? notSet,
    term: extra.term ?? notSet,
    adGroup: extra.adGroup ?? notSet,
  };
}

/** autumn_sale's e-mails: opened by people who mean to buy. */
export const autumnSaleTraffic: Traffic = way('Email', autumnSale.source, autumnSale.medium, 0, 1.6, {
  campaign: autumnSale.campaign,
  campaignId: autumnSale.campaignId,
  content: 'hero_button',
});

const ads = { platform: 'Google Ads' };

export const shopTraffic: readonly Traffic[] = [
  way('Organic Search', 'google', 'organic', 30.6, 0.7),
  way('Organic Search', 'bing', 'organic', 2.7, 0.7),
  way('Organic Search', 'baidu', 'organic', 1.7, 0.5),
  way('Organic Search', 'duckduckgo', 'organic', 1.3, 0.8),
  way('Organic Search', 'yahoo', 'organic', 0.9, 0.7),
  way('Direct', '(direct)', '(none)', 20.9, 0.323),
  way('Referral', 'gifts.example.org', 'referral', 9.4, 2.9),
  way('Referral', 'blog.example.com', 'referral', 6.1, 2.9),
  way('Referral', 'perks.example.net', 'referral', 3.6, 2.8),
  way('Referral', 'news.example.net', 'referral', 1.4, 2.6),
  way('Paid Search', 'google', 'cpc', 2.4, 0.4, {
    ...ads,
    campaign: 'brand_search',
    campaignId: '18310001',
    adGroup: 'Brand',
    term: 'merchandise store',
  }),
  way('Paid Search', 'google', 'cpc', 1.9, 0.34, {
    ...ads,
    campaign: 'hats_and_hoodies',
    campaignId: '18310002',
    adGroup: 'Hoodies',
    term: 'logo hoodie',
  }),
  way('Paid Search', 'bing', 'cpc', 0.5, 0.37, {
    campaign: 'brand_search_bing',
    campaignId: '77120',
    term: 'merchandise store',
  }),
  way('Organic Social', 'm.facebook.com', 'referral', 2.3, 0.3),
  way('Organic Social', 'instagram.com', 'referral', 1.9, 0.3),
  way('Organic Social', 'linkedin.com', 'referral', 0.8, 0.3),
  way('Organic Video', 'youtube.com', 'referral', 2.2, 0.2),
  way('Email', 'newsletter', 'email', 2.4, 0.9, {
    campaign: 'weekly_newsletter',
    campaignId: '20100',
    content: 'top_story',
  }),
  way('Affiliates', 'partners.example.org', 'affiliate', 1.6, 0.5, { campaign: 'partner_links', campaignId: '30500' }),
  way('Cross-network', 'google', 'cpc', 1.2, 0.4, {
    ...ads,
    campaign: 'performance_max_store',
    campaignId: '18310003',
  }),
  way('Display', 'google', 'cpm', 1.0, 0.2, { ...ads, campaign: 'display_prospecting', campaignId: '18310004' }),
  way('Paid Social', 'instagram', 'paid_social', 0.8, 0.4, {
    campaign: 'lookbook',
    campaignId: '40777',
    content: 'carousel_a',
  }),
  way('AI Assistant', 'chatgpt.com', 'referral', 0.7, 0.9),
  way('Unassigned', notSet, notSet, 1.7, 0.2),
  way('Unassigned', '(data not available)', '(data not available)', 0.2, 0.2),
  autumnSaleTraffic,
];

export const blogTraffic: readonly Traffic[] = [
  way('Organic Search', 'google', 'organic', 52, 1),
  way('Organic Search', 'bing', 'organic', 4, 1),
  way('Direct', '(direct)', '(none)', 18, 1),
  way('Referral', 'news.example.net', 'referral', 7, 1),
  way('Organic Social', 'linkedin.com', 'referral', 6, 1),
  way('Organic Social', 't.co', 'referral', 4, 1),
  way('Email', 'newsletter', 'email', 6, 1, {
    campaign: 'weekly_newsletter',
    campaignId: '20100',
    content: 'top_story',
  }),
  way('AI Assistant', 'chatgpt.com', 'referral', 2, 1),
  way('Unassigned', notSet, notSet, 1, 1),
];

export const bakeryTraffic: readonly Traffic[] = [
  way('Organic Search', 'google', 'organic', 46, 1),
  way('Direct', '(direct)', '(none)', 27, 1.3),
  way('Organic Social', 'instagram.com', 'referral', 14, 0.6),
  way('Referral', 'maps.example.co.uk', 'referral', 7, 1.1),
  way('Email', 'harbour_letter', 'email', 4, 1.8, { campaign: 'weekend_loaves', campaignId: '501' }),
  way('Unassigned', notSet, notSet, 2, 0.3),
];
