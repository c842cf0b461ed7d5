namespace Weir.Hsm.Live;

/// <summary>Which known actions a state speaks of. Each is a slot, or -1.</summary>
/// <param name="Same">The action itself, as it was known so far.</param>
/// <param name="Displaced">Another action at the same place of the llog: its record must be gone.</param>
/// <param name="Renamed">Another action with the same cookie: a cookie names one request at a time, so that one must be gone too.</param>
internal readonly record struct ActionMatch(int Same, int Displaced, int Renamed);
