namespace Weir.Feed.Redis.Appending;

/// <summary>Where and how records of one topic are stored.</summary>
/// <param name="Topic">The topic, and the stream's key.</param>
/// <param name="IsAction">Whether it has the layout of the HSM action stream.</param>
/// <param name="WaitReplicas">How many replicas must have an append.</param>
/// <param name="WaitTimeout">How long they may take.</param>
internal readonly record struct TopicTarget(string Topic, bool IsAction, int WaitReplicas, TimeSpan WaitTimeout);
