namespace Weir.Feed.Redis.Servers;

/// <summary>Which of a server's shared connections a request takes: what is large must not delay what is urgent.</summary>
internal enum Lane
{
    /// <summary>Appends and all small requests.</summary>
    Commands = 0,

    /// <summary>Pages of records.</summary>
    Pages = 1,
}
