// CloudFront before the link domain, for who wants WAF there: HTTP APIs cannot have one themselves.

import type { Stack } from 'aws-cdk-lib';
import type { DomainName } from 'aws-cdk-lib/aws-apigatewayv2';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  AllowedMethods,
  CachePolicy,
  Distribution,
  OriginProtocolPolicy,
  OriginRequestPolicy,
  OriginSslPolicy,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import type { Settings } from './settings.ts';

/** @returns where the link domain's DNS record then leads; undefined: to API Gateway itself */
export function addEdge(stack: Stack, settings: Settings, own: DomainName): string | undefined {
  const { edge, linkDomain, stage } = settings;
  if (!edge || !linkDomain) return undefined;
  const certificate = Certificate.fromCertificateArn(stack, 'EdgeCertificate', edge.certificate);
  const distribution = new Distribution(stack, 'Edge', {
    comment: `Volley ${stage}: links`,
    domainNames: [linkDomain.name],
    certificate,
    minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
    ...(edge.webAcl && { webAclId: edge.webAcl }),
    defaultBehavior: {
      origin: new HttpOrigin(own.regionalDomainName, {
        protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
        originSslProtocols: [OriginSslPolicy.TLS_V1_2],
      }),
      // Every click counts, and tokens are bound to the host: nothing is kept, the host is handed on.
      cachePolicy: CachePolicy.CACHING_DISABLED,
      originRequestPolicy: OriginRequestPolicy.ALL_VIEWER,
      allowedMethods: AllowedMethods.ALLOW_ALL,
      viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
    },
  });
  return distribution.distributionDomainName;
}
