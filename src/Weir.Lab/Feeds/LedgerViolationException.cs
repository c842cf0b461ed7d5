namespace Weir.Lab.Feeds;

/// <summary>A feed does not hold what its ledger says it must. The message says where they differ.</summary>
public sealed class LedgerViolationException(string message) : Exception(message);
