namespace Weir.Feed.Consuming;

/// <summary>A place in a topic.</summary>
public readonly record struct TopicPosition(string Topic, RecordId Id);
