// Brands, their pages and emails, and domains: every method of the SDK for them, called at least once.

import { test } from 'node:test';
import { all } from './sandbox.mjs';
import { begin } from './sweep.mjs';

const { client, sweep, checkThatAllAreSwept } = await begin();

test('brands, pages, emails and domains', async () => {
	const brand = (it) => ({ brandId: it.made.id });
	const theme = (it) => ({ ...brand(it), themeId: it.themes[0].id });
	const template = (it) => ({ ...brand(it), templateName: 'ForgotPassword' });
	const one = (it) => ({ ...template(it), customizationId: it.email.id });
	const email = { language: 'en', isDefault: true, subject: 'Hi', body: '<p>${resetPasswordLink}</p>' };
	const image = { data: Buffer.from('GIF89a image'), name: 'image.gif' };
	const icon = { data: Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), name: 'icon.png' };
	const colours = {
		primaryColorHex: '#1662dd',
		secondaryColorHex: '#ebebed',
		signInPageTouchPointVariant: 'OKTA_DEFAULT',
		endUserDashboardTouchPointVariant: 'OKTA_DEFAULT',
		errorPageTouchPointVariant: 'OKTA_DEFAULT',
		emailTemplateTouchPointVariant: 'OKTA_DEFAULT'
	};
	const page = { pageContent: '<html>{{pageTitle}}</html>' };
	const it = {};
	await sweep(
		'customizationApi',
		[
			['createBrand', { CreateBrandRequest: { name: 'Swept' } }, 'made'],
			['getBrand', brand],
			['listBrands', {}, (found) => found.length === 2],
			['replaceBrand', (it) => ({ ...brand(it), brand: { name: 'Brushed', removePoweredByOkta: true } })],
			['listBrandDomains', brand],
			['listBrandThemes', brand, 'themes'],
			['getBrandTheme', theme],
			['replaceBrandTheme', (it) => ({ ...theme(it), theme: colours })],
			['uploadBrandThemeLogo', (it) => ({ ...theme(it), file: image })],
			['deleteBrandThemeLogo', theme],
			['uploadBrandThemeFavicon', (it) => ({ ...theme(it), file: icon })],
			['deleteBrandThemeFavicon', theme],
			['uploadBrandThemeBackgroundImage', (it) => ({ ...theme(it), file: image })],
			['deleteBrandThemeBackgroundImage', theme],
			['listEmailTemplates', brand, (found) => found.length > 20],
			['getEmailTemplate', template],
			['getEmailDefaultContent', template],
			['getEmailDefaultPreview', template],
			['getEmailSettings', template],
			['replaceEmailSettings', (it) => ({ ...template(it), EmailSettings: { recipients: 'ADMINS_ONLY' } })],
			['sendTestEmail', template],
			['createEmailCustomization', (it) => ({ ...template(it), instance: email }), 'email'],
			['getEmailCustomization', one],
			['getCustomizationPreview', one],
			['listEmailCustomizations', template, (found) => found.length === 1],
			['replaceEmailCustomization', (it) => ({ ...one(it), instance: { ...email, subject: 'Hello' } })],
			['deleteEmailCustomization', one],
			['deleteAllCustomizations', template],
			[
				'bulkRemoveEmailAddressBounces',
				{ BouncesRemoveListObj: { emailAddresses: ['ann@example.com', 'nobody'] } },
				(it) => it.errors.length === 1
			],
			['getErrorPage', brand],
			['getDefaultErrorPage', brand, (it) => /errorSummary/.test(it.pageContent)],
			['getCustomizedErrorPage', brand, '404 E0000007'],
			['replaceCustomizedErrorPage', (it) => ({ ...brand(it), ErrorPage: page })],
			['getCustomizedErrorPage', brand, (it) => it.pageContent === page.pageContent],
			['deleteCustomizedErrorPage', brand],
			['replacePreviewErrorPage', (it) => ({ ...brand(it), ErrorPage: page })],
			['getPreviewErrorPage', brand],
			['deletePreviewErrorPage', brand],
			['getSignInPage', (it) => ({ ...brand(it), expand: ['default'] }), (it) => it._embedded._default],
			['getDefaultSignInPage', brand, (it) => it.widgetVersion],
			['replaceCustomizedSignInPage', (it) => ({ ...brand(it), SignInPage: { ...page, widgetVersion: '^7' } })],
			['getCustomizedSignInPage', brand, (it) => it.widgetVersion === '^7'],
			['deleteCustomizedSignInPage', brand],
			['replacePreviewSignInPage', (it) => ({ ...brand(it), SignInPage: page })],
			['getPreviewSignInPage', brand],
			['deletePreviewSignInPage', brand],
			['listAllSignInWidgetVersions', brand, (found) => found.includes('*')],
			['getSignOutPageSettings', brand, (it) => it.type === 'OKTA_DEFAULT'],
			[
				'replaceSignOutPageSettings',
				(it) => ({ ...brand(it), HostedPage: { type: 'EXTERNALLY_HOSTED', url: 'https://example.com' } })
			]
		],
		it
	);
	const uri = (it) => ({ ...brand(it), uriPath: 'webauthn' });
	await sweep(
		'associatedDomainCustomizationsApi',
		[
			['getAllWellKnownURIs', brand],
			['getRootBrandWellKnownURI', uri],
			[
				'replaceBrandWellKnownURI',
				(it) => ({ ...uri(it), wellKnownURIRequest: { representation: { origins: ['https://example.com'] } } })
			],
			['getBrandWellKnownURI', uri, (it) => it.representation.origins.length === 1],
			['getAppleAppSiteAssociationWellKnownURI'],
			['getAssetLinksWellKnownURI'],
			['getWebAuthnWellKnownURI']
		],
		it
	);
	await sweep('customizationApi', [['deleteBrand', brand]], it);
	const [first] = await all(client.customizationApi.listBrands());
	const domain = (it) => ({ domainId: it.made.id });
	await sweep(
		'customDomainApi',
		[
			[
				'createCustomDomain',
				{ domain: { domain: 'login.example.com', certificateSourceType: 'OKTA_MANAGED' } },
				'made'
			],
			['getCustomDomain', domain],
			['listCustomDomains', {}, (found) => found.domains.length > 0],
			['replaceCustomDomain', (it) => ({ ...domain(it), UpdateDomain: { brandId: it.brand.id } })],
			['verifyDomain', domain],
			[
				'upsertCertificate',
				(it) => ({
					...domain(it),
					certificate: { type: 'PEM', certificate: 'x', certificateChain: 'x', privateKey: 'x' }
				})
			],
			['deleteCustomDomain', domain]
		],
		{ brand: first }
	);
	const mail = (it) => ({ emailDomainId: it.made.id });
	await sweep('emailDomainApi', [
		[
			'createEmailDomain',
			{
				emailDomain: {
					domain: 'example.com',
					displayName: 'Ann',
					userName: 'ann',
					brandId: first.id,
					validationSubdomain: 'mail'
				}
			},
			'made'
		],
		['getEmailDomain', mail],
		['listEmailDomains', {}, (found) => found.length === 1],
		['replaceEmailDomain', (it) => ({ ...mail(it), updateEmailDomain: { displayName: 'Bob', userName: 'bob' } })],
		['verifyEmailDomain', mail],
		['deleteEmailDomain', mail]
	]);
	const server = (it) => ({ emailServerId: it.made.id });
	const smtp = {
		alias: 'Own',
		host: 'smtp.example.com',
		port: 587,
		username: 'ann',
		password: 'for the mail',
		authType: 'BASIC_SMTP_AUTH',
		enabled: true
	};
	await sweep('emailServerApi', [
		['createEmailServer', { emailServerPost: smtp }, 'made'],
		['getEmailServer', server, (it) => it.password === undefined],
		['listEmailServers', {}, (found) => found['email-servers'].length === 1],
		[
			'updateEmailServer',
			(it) => ({ ...server(it), emailServerRequest: { alias: 'Other', authType: 'BASIC_SMTP_AUTH' } }),
			(it) => it.alias === 'Other'
		],
		[
			'testEmailServer',
			(it) => ({ ...server(it), emailTestAddresses: { fromAddress: 'a@example.com', toAddress: 'b@example.com' } })
		],
		['deleteEmailServer', server]
	]);
	const captcha = (it) => ({ captchaId: it.made.id });
	const instance = { name: 'Captcha', siteKey: 'site', secretKey: 'secret', type: 'HCAPTCHA' };
	await sweep('captchaApi', [
		['createCaptchaInstance', { instance }, 'made'],
		['getCaptchaInstance', captcha],
		['listCaptchaInstances', {}, (found) => found.length === 1],
		['updateCaptchaInstance', (it) => ({ ...captcha(it), instance: { name: 'Other' } })],
		['replaceCaptchaInstance', (it) => ({ ...captcha(it), instance })],
		[
			'replacesOrgCaptchaSettings',
			(it) => ({ orgCAPTCHASettings: { captchaId: it.made.id, enabledPages: ['SIGN_IN'] } })
		],
		['getOrgCaptchaSettings', {}, (it) => it.enabledPages.length === 1],
		['deleteOrgCaptchaSettings'],
		['deleteCaptchaInstance', captcha]
	]);
});

test('no method of these APIs is left out without a reason', () => {
	checkThatAllAreSwept({});
});
