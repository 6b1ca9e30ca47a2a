# Production image: the program alone, as an unprivileged user. PostgreSQL and the object store run elsewhere (compose.yaml).
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags='-s -w' -o /out/imglink ./app/cmd/imglink \
 && mkdir -p /out/data

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /out/imglink /imglink
COPY --from=build --chown=nonroot:nonroot /out/data /data
# Spooled uploads and the mail outbox; nothing in it must survive.
VOLUME /data
ENV IMGLINK_ENV=production IMGLINK_ADDR=0.0.0.0:8080 IMGLINK_METRICS_ADDR=0.0.0.0:9464 IMGLINK_DATA_DIR=/data TMPDIR=/data
EXPOSE 8080
USER nonroot
ENTRYPOINT ["/imglink"]
CMD ["serve"]
