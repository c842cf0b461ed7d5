namespace Weir.Hsm.Rules;

/// <summary>Something that is done for a hit.</summary>
internal interface IRuleAction
{
    /// <summary>Does it; returns what went wrong, null when nothing did.</summary>
    Task<string?> DoAsync(RuleHit hit, CancellationToken cancellationToken);
}
