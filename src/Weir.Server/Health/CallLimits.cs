using System.Globalization;
using Microsoft.AspNetCore.Http;
using Weir.Server.Http;

namespace Weir.Server.Health;

/// <summary>How many calls that change something a caller may make in a second, and how many may be under way at once.</summary>
/// <param name="perSecond">For each caller.</param>
/// <param name="time">The clock.</param>
internal sealed class CallLimits(int perSecond, TimeProvider time)
{
    public const int DefaultConcurrent = 1000;

    /// <summary>Callers that are known at once. They have tokens, so there are few; beyond, they share one allowance.</summary>
    private const int MostCallers = 10_000;

    /// <summary>What a caller may do at once after a rest, in seconds of his rate.</summary>
    private const int BurstSeconds = 2;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Allowance> _callers = new(StringComparer.Ordinal);
    private int _active;
    private volatile int _mostConcurrent = DefaultConcurrent;

    /// <summary>Calls that change something and are under way at once.</summary>
    public int MostConcurrent
    {
        get => _mostConcurrent;
        set => _mostConcurrent = value;
    }

    /// <summary>Lets a call in; disposing ends it.</summary>
    /// <exception cref="ApiException">429: too many.</exception>
    public Pass Enter(HttpContext context, string caller)
    {
        if (!Take(caller))
        {
            context.Response.Headers.RetryAfter = "1";
            throw new ApiException(StatusCodes.Status429TooManyRequests, "rate_limited", string.Create(CultureInfo.InvariantCulture, $"'{caller}' made more than {perSecond} changing calls a second (api.call_rate); try again in a second."));
        }

        if (Interlocked.Increment(ref _active) > _mostConcurrent)
        {
            Interlocked.Decrement(ref _active);
            context.Response.Headers.RetryAfter = "1";
            throw new ApiException(StatusCodes.Status429TooManyRequests, "too_many_operations", string.Create(CultureInfo.InvariantCulture, $"{_mostConcurrent} changing calls are under way already (coordinator.max_concurrent_operations); try again in a second."));
        }

        return new(this);
    }

    private bool Take(string caller)
    {
        lock (_lock)
        {
            long now = time.GetTimestamp();
            string key = _callers.ContainsKey(caller) || _callers.Count < MostCallers ? caller : "";
            double most = (double)perSecond * BurstSeconds;
            Allowance allowance = _callers.TryGetValue(key, out Allowance before)
                ? new(Math.Min(most, before.Left + (time.GetElapsedTime(before.At, now).TotalSeconds * perSecond)), now) : new(most, now);
            bool isIn = allowance.Left >= 1;
            _callers[key] = isIn ? allowance with { Left = allowance.Left - 1 } : allowance;
            return isIn;
        }
    }

    private readonly record struct Allowance(double Left, long At);

    /// <summary>A call that is under way.</summary>
    public readonly struct Pass(CallLimits limits) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref limits._active);
    }
}
