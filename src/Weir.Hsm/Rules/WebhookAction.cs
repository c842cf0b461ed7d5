using System.Globalization;
using System.Net.Http.Headers;

namespace Weir.Hsm.Rules;

/// <summary>Posts a hit as a CloudEvent in structured mode (CloudEvents 1.0, HTTP protocol binding, section 3.2), a few times if need be.</summary>
internal sealed class WebhookAction(HttpClient http, TimeProvider time, Random random) : IRuleAction
{
    private const int Attempts = 4;

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);

    public async Task<string?> DoAsync(RuleHit hit, CancellationToken cancellationToken)
    {
        byte[] body = hit.ToCloudEvent();
        for (int attempt = 1; ; attempt++)
        {
            (string? problem, bool mayHelp) = await PostAsync(hit.Rule, body, cancellationToken);
            if (problem is null || !mayHelp || attempt == Attempts) return problem;

            // Not all who failed together come back together.
            TimeSpan pause = FirstPause * (1 << (attempt - 1)) * (0.5 + random.NextDouble());
            await Task.Delay(pause, time, cancellationToken);
        }
    }

    private async Task<(string? Problem, bool MayHelp)> PostAsync(ActionRule rule, byte[] body, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(rule.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/cloudevents+json") { CharSet = "utf-8" };
        try
        {
            using HttpResponseMessage answer = await http.PostAsync(rule.Post, content, either.Token);
            if (answer.IsSuccessStatusCode) return (null, false);
            int code = (int)answer.StatusCode;
            return (string.Create(CultureInfo.InvariantCulture, $"{rule.Post!.Host} answered {code}"), code is 408 or 429 or >= 500);
        }
        catch (HttpRequestException failed)
        {
            return ($"{rule.Post!.Host} cannot be reached: {failed.Message}", true);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (string.Create(CultureInfo.InvariantCulture, $"{rule.Post!.Host} did not answer within {rule.Timeout.TotalSeconds:0.###} s"), true);
        }
    }
}
